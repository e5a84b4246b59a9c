update trigger set candidates = '[{"provider": "circleci", "id": "a", "number": "7", "url": "https://app.circleci.com"}]';
update step set answer = '{"answer": {"says": "give_up"}, "by": {"name": "operator", "channel": "web"}, "at": "2026-11-22T10:00:00Z"}'
 where job_number = 1 and position = 2;
