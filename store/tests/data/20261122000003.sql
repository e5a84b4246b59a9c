insert into step (job_number, position, phase, title, action, state, started_at)
values (1, 1, 'forward', 'Create the cluster (m)',
        '{"kind": "trigger", "effect": "creates_cluster",
          "target": {"name": "release-cluster", "title": "Create the cluster (m)", "provider": "circleci",
                     "project": "gh/rivernews/iriversland2-kubernetes", "branch": "release-cluster",
                     "parameters": {"kubernetes-cluster-droplet-size": "s-2vcpu-4gb"}, "marker_parameter": null,
                     "time_limit_minutes": 60}}',
        'running', now()),
       (1, 2, 'forward', 'Run the S3 job',
        '{"kind": "batch",
          "call": {"name": "s3-orgs-job", "title": "Run the S3 job", "url": "https://slack.api.shaungc.com/queues/s3-orgs-job",
                   "body": {"singleton": {"text": "true"}, "token": {"env": "SLK_SLACK_TOKEN_OUTGOING_LAUNCH"}},
                   "progress_field": "progress", "status_field": "status", "error_field": "jobError",
                   "succeeded_when": ["completed"], "failed_when": ["failed"], "time_limit_minutes": 1440}}',
        'queued', null);
insert into trigger (marker, job_number, position, state, intended_at, sent_at, tries, looks, run)
values ('5c9ab317-3f41-4851-a3de-e5fb119da8e6', 1, 1, 'accepted', now(), now(), 1, 0,
        '{"provider": "circleci", "id": "5c9ab317-3f41-4851-a3de-e5fb119da8e6", "number": "243",
          "url": "https://app.circleci.com/pipelines/github/rivernews/iriversland2-kubernetes/243"}');
