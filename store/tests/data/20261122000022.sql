insert into share (token_hash, label, cluster_name, job_number, detail, shows_cost, shows_names, created_by, expires_at)
values ('\x00', 'for the board', 'iriversland2', 1, 'steps', true, false, 'ana', now() + interval '7 days');

insert into share (token_hash, label, cluster_name, detail, shows_cost, shows_names, created_by, created_at, expires_at,
                   revoked_at, revoked_by, last_opened_at, opens)
values ('\x01', 'iriversland2', 'iriversland2', 'summary', false, false, 'ana', now() - interval '2 days',
        now() - interval '1 day', now() - interval '36 hours', 'ben', now() - interval '40 hours', 3);
