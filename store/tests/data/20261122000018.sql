insert into backup_destroy (obligation_id, position, target, state, schedule, fires_at)
select obligation_id, 1, '{"name": "destroy-cluster", "title": "Destroy the cluster", "provider": "circleci", "project": "gh/acme/shop", "branch": "destroy-cluster", "parameters": {}, "marker_parameter": null, "time_limit_minutes": 60}', 'planted', '497f6eca-6276-4993-bfeb-53cbbbba6f08', now() + interval '6 hours'
  from obligation where state = 'open';
