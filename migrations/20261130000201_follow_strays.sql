-- A run that may be ours and that no step follows any more: given up while it was at work, or one too many. It is told to
-- stop until its provider says that it has ended, since what it makes meanwhile nobody has asked for.
create table stray (
    stray_id        bigint generated always as identity primary key,
    job_number      bigint      not null references job,
    position        integer     not null,
    cluster_name    text        not null references cluster,
    target          jsonb       not null,
    run             jsonb       not null,
    -- Ours to stop. What may be somebody else's, and a destroy that nobody has stopped yet, is only watched.
    is_ours         boolean     not null,
    -- A destroy that was at work beside it is no proof on the CI's word alone.
    may_create      boolean     not null,
    left_at         timestamptz not null default now(),
    looks           integer     not null default 0,
    missing_looks   integer     not null default 0,
    -- Replicas take turns by it.
    next_check_at   timestamptz not null default now(),
    ended_at        timestamptz
);

-- A run is left once, however often it is found.
create unique index stray_run on stray ((run ->> 'provider'), (run ->> 'id'));
create index stray_at_work on stray (next_check_at) where ended_at is null;
create index stray_of_cluster on stray (cluster_name);

alter table trigger
    -- How often the provider took our word that the run is to stop.
    add column asked_to_stop integer not null default 0,
    -- When we look once more for runs that came of the same call, if we still do.
    add column twins_at timestamptz;
