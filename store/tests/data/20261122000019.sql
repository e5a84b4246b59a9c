insert into session (token_hash, name, role, expires_at)
values ('\x02', 'admin', 'admin', now() + interval '8 hours');
