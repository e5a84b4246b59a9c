insert into job (routine, cluster_name, size, actor_name, channel, teardown, lifetime_minutes, state, started_at, fence)
values ('guide', 'iriversland2', 'm', 'operator', 'web', '[]', 240, 'running', now(), 3);
insert into job (routine, cluster_name, actor_name, channel, teardown, lifetime_minutes, state, started_at, finished_at, outcome)
values ('down', 'staging', 'auto-destroy', 'system', '[]', 0, 'failed', now(), now(), 'Failed at step 1.');
