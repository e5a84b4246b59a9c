-- A cluster stays up on terms: fixed when its job is accepted, carried by its debt.
alter table job
    -- What somebody chose instead of the lifetime: {"for": …}, {"until": …} or "endless".
    add column stay            jsonb,
    add column longest_minutes integer not null default 1440,
    add column grace_minutes   integer not null default 60,
    add column idle_minutes    integer,
    -- Before it destroys anything it waits so long, and this time it waits until then.
    add column hold_seconds    integer not null default 0,
    add column held_until      timestamptz;

update job set longest_minutes = greatest(longest_minutes, lifetime_minutes);

alter table obligation
    -- Null: only somebody can end it.
    alter column destroys_at drop not null,
    add column longest_minutes integer     not null default 1440,
    add column grace_minutes   integer     not null default 60,
    add column idle_minutes    integer,
    -- When a job last ended on the cluster, or somebody wanted it for longer.
    add column active_at       timestamptz not null default now(),
    -- How many warnings were given of the present end.
    add column warnings        integer     not null default 0,
    -- Who chose the present auto-destroy time, after the start.
    add column chosen_by       text;

-- Those that are open were promised that a job at work is waited for, however long that takes.
update obligation set grace_minutes = 10080 where state not in ('settled', 'closed');

-- Each move of an auto-destroy time. A press that comes again has the same key.
create table extension (
    extension_id    bigint generated always as identity primary key,
    obligation_id   bigint      not null references obligation,
    idempotency_key text,
    extended_at     timestamptz not null default now(),
    wish            jsonb       not null,
    extended_by     text        not null,
    ends_from       timestamptz,
    ends_at         timestamptz,
    chosen_before   text,
    undone_at       timestamptz,

    constraint extension_idempotency_key_is_unique unique (idempotency_key)
);

create index extension_of_obligation on extension (obligation_id, extension_id desc);

-- What can be done about it: [{"title": "Extend", "path": "/clusters/c/extend"}].
alter table announcement add column buttons jsonb not null default '[]';
