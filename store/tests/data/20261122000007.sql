insert into session (token_hash, name, expires_at) values ('\x00', 'operator', now() + interval '8 hours');
