-- A destroy that the CI carries out by its own clock when nobody here is alive to do it: one row for each stack of a
-- debt. What should stand there follows from the debt; a row says what is known to stand.
create table backup_destroy (
    obligation_id   bigint      not null references obligation,
    -- Its place in the teardown, from 1 on.
    position        integer     not null,
    -- Stands in the name of the schedule: when an answer was lost it is found again, and by no other installation.
    mark            uuid        not null default gen_random_uuid(),
    -- What was planted last.
    target          jsonb       not null,
    state           text        not null default 'wanted',
    -- The CI's id of the schedule.
    schedule        text,
    -- Committed before the CI is asked to plant it: perhaps it stands, though nobody heard so.
    is_unclear      boolean     not null default false,
    -- The beginning of the hour within which it fires, as the CI last confirmed.
    fires_at        timestamptz,
    failures        integer     not null default 0,
    last_error      text,
    -- Replicas take turns by it.
    next_attempt_at timestamptz not null default now(),

    -- What became of it once its hour had come: since when a destroy of ours waits to hear, when the CI last said, and
    -- the run that it named.
    awaited_since   timestamptz,
    asked_at        timestamptz,
    run             jsonb,

    primary key (obligation_id, position),
    constraint backup_destroy_state_is_known check (state in ('wanted', 'planted', 'refused', 'removed')),
    constraint backup_destroy_planted_is_found_again
        check (state <> 'planted' or (schedule is not null and fires_at is not null))
);

create index backup_destroy_standing on backup_destroy (obligation_id) where state <> 'removed';
