insert into delivery (provider, delivery_id, run_id, heeded_at)
values ('circleci', '3888f21b-eaa7-38e3-8f3d-75a63bba8895', '5034460f-c7c4-4c43-9457-de07e2029e7b', now());
