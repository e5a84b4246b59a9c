insert into deployment (cluster_name, service, deployed_at, job_number) values ('iriversland2', 'slack-middleware', now(), 1);
