update job set cancel_requested_at = now(), cancelled_by_name = 'operator', cancelled_by_channel = 'web' where job_number = 2;
insert into act (actor_name, channel, what, cluster_name, job_number, because)
values ('operator', 'web', 'cancel', 'iriversland2', 2, 'wrong size');
