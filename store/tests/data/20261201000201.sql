insert into act (actor_name, channel, what, cluster_name, job_number) values ('ana', 'web', 'start up (m)', 'iriversland2', 1);
