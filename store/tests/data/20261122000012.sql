insert into replica (worker, version) values ('5c9ab317-3f41-4851-a3de-e5fb119da8e6', '0.1.0');
insert into absence (absent_from, absent_until) values (now() - interval '2 hours', now());
insert into drill (began_at, ended_at, routine, faults, passed, report)
values (now() - interval '1 minute', now(), 'guide', '["drop_answer on circleci trigger"]', true, 'Destroyed after 40 s.');
