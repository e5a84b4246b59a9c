insert into share (token_hash, label, cluster_name, detail, shows_cost, shows_names, created_by, expires_at)
values ('\x02', 'the screen in the hall', null, 'steps', false, false, 'ana', now() + interval '90 days');
