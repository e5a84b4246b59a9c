insert into obligation (cluster_name, state, opened_at, opened_by_job, destroys_at, teardown, next_attempt_at)
values ('iriversland2', 'open', now(), 1, now() + interval '4 hours', '[]', now() + interval '4 hours');
insert into obligation (cluster_name, state, opened_at, opened_by_job, destroys_at, teardown, next_attempt_at, settled_at, settled_by_job)
values ('iriversland2', 'settled', now(), 1, now(), '[]', now(), now(), 2);
