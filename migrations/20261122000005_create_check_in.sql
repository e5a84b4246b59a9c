-- The lines of a job's log, numbered from 1, written in the transaction of the change that they tell of.
create table check_in (
    job_number bigint      not null references job,
    line       integer     not null,
    at         timestamptz not null default now(),
    level      text        not null,
    position   integer,
    text       text        not null,

    primary key (job_number, line),
    constraint check_in_level_is_known check (level in ('info', 'warning', 'error'))
);

-- What Slack is to be told. An outbox: written with the change, sent afterwards, in order, at least once.
create table announcement (
    announcement_id bigint generated always as identity primary key,
    job_number      bigint      not null references job,
    text            text        not null,
    created_at      timestamptz not null default now(),
    attempts        integer     not null default 0,
    next_attempt_at timestamptz not null default now(),
    sent_at         timestamptz,
    -- Slack refused it for good, or for too long.
    given_up_at     timestamptz,
    last_error      text
);

create index announcement_unsent on announcement (announcement_id) where sent_at is null and given_up_at is null;
