insert into stray (job_number, position, cluster_name, target, run, is_ours, may_create, looks, ended_at)
values (1, 1, 'iriversland2',
        '{"name": "release-cluster", "title": "Create the cluster", "provider": "circleci", "project": "gh/acme/shop", "branch": "release-cluster", "parameters": {}, "marker_parameter": null, "time_limit_minutes": 60}',
        '{"provider": "circleci", "id": "5034460f-c7c4-4c43-9457-de07e2029e7c", "number": "25", "url": "https://app.circleci.com"}',
        true, true, 3, now());

update trigger set asked_to_stop = 2, twins_at = now();
