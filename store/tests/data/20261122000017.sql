insert into schedule (name, routine, cluster_name, size, cron, zone, missed, overlap, created_by, next_run_at)
values ('weekdays', 'up', 'iriversland2', 'm', '0 9 * * 1-5', 'Europe/Berlin', 'catch-up', 'skip', 'ana', now() + interval '1 day');
insert into schedule (name, routine, cluster_name, cron, zone, missed, overlap, created_by, paused_at, paused_by)
values ('evenings', 'down', 'gone', '0 19 * * *', 'UTC', 'skip', 'queue', 'ana', now(), 'ben');
insert into schedule_run (schedule_id, due_at, job_number)
values ((select schedule_id from schedule where name = 'weekdays'), now() - interval '1 day', 1);
insert into schedule_run (schedule_id, due_at, remark)
values ((select schedule_id from schedule where name = 'evenings'), now() - interval '1 day', 'Job #1 is at work on the cluster');
insert into schedule_freeze (frozen_from, frozen_until, because, created_by)
values (now(), now() + interval '1 day', 'holidays', 'ana');
insert into act (actor_name, channel, what, because) values ('ana', 'web', 'freeze all schedules', 'holidays');
