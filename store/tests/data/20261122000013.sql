update job set stay = '{"for":{"minutes":120}}', hold_seconds = 10, held_until = now() where job_number = 1;
update obligation set destroys_at = null, idle_minutes = 120, warnings = 1, chosen_by = 'operator' where obligation_id = 1;
insert into extension (obligation_id, idempotency_key, wish, extended_by, ends_from, ends_at)
values (1, 'web:1', '"endless"', 'operator', now(), null);
update announcement set buttons = '[{"title": "Extend", "path": "/clusters/a/extend"}]';
