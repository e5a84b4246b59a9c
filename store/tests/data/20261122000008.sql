insert into provider_contact (provider, last_answer_at) values ('CircleCI', now());
