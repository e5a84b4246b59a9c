-- The processes that work on this database. When none has been seen for a while, the service was asleep.
create table replica (
    worker     uuid primary key,
    started_at timestamptz not null default now(),
    seen_at    timestamptz not null default now(),
    version    text        not null
);

-- Each time that nobody was there: what was due then was done afterwards, late.
create table absence (
    absent_from  timestamptz primary key,
    absent_until timestamptz not null
);

-- Fire drills: a routine run against simulators, with faults, in a database of its own.
create table drill (
    drill_id  bigint generated always as identity primary key,
    began_at  timestamptz not null,
    ended_at  timestamptz not null,
    routine   text        not null,
    faults    jsonb       not null,
    passed    boolean     not null,
    -- For people, a few lines.
    report    text        not null
);
