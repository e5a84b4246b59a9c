-- A routine that starts by the clock. The names of cluster, routine and service are those of the day on which somebody
-- wrote it: when the config forgets one, the schedule is shown as broken and stays.
create table schedule (
    schedule_id      bigint generated always as identity primary key,
    name             text        not null,
    routine          text        not null,
    cluster_name     text        not null,
    size             text,
    service          text,
    -- How long a cluster that it brings up may stay; without one as the config says.
    lifetime_minutes integer,
    cron             text        not null,
    -- An IANA name.
    zone             text        not null,
    missed           text        not null,
    overlap          text        not null,
    paused_at        timestamptz,
    paused_by        text,
    created_by       text        not null,
    created_at       timestamptz not null default now(),
    -- Of several replicas that find it due, one moves it on, and that one starts the job.
    next_run_at      timestamptz,
    -- What it did stays in the history of its jobs.
    deleted_at       timestamptz,
    version          bigint      not null default nextval('change_version'),

    constraint schedule_size_is_known check (size in ('s', 'm', 'l')),
    constraint schedule_missed_is_known check (missed in ('catch-up', 'skip')),
    constraint schedule_overlap_is_known check (overlap in ('skip', 'queue')),
    constraint schedule_is_paused_by_somebody check ((paused_at is null) = (paused_by is null)),
    constraint schedule_rests_while_it_is_paused
        check (next_run_at is null or (paused_at is null and deleted_at is null))
);

create unique index schedule_name_is_unique on schedule (name) where deleted_at is null;
create index schedule_due on schedule (next_run_at) where next_run_at is not null;

-- What became of each run. The key is what makes a run happen once, whatever else goes wrong.
create table schedule_run (
    schedule_id bigint      not null references schedule,
    -- The time at which it was due.
    due_at      timestamptz not null,
    heeded_at   timestamptz not null default now(),
    -- None when it was skipped.
    job_number  bigint references job,
    -- Why it was skipped, or that it was late.
    remark      text,

    primary key (schedule_id, due_at),
    constraint schedule_run_has_a_job_or_a_reason check (job_number is not null or remark is not null)
);

-- Times in which no schedule runs.
create table schedule_freeze (
    freeze_id    bigint generated always as identity primary key,
    frozen_from  timestamptz not null,
    -- The first instant that is free again.
    frozen_until timestamptz not null,
    -- None: every cluster.
    cluster_name text,
    because      text        not null,
    created_by   text        not null,
    created_at   timestamptz not null default now(),

    constraint schedule_freeze_is_unique unique nulls not distinct (cluster_name, frozen_from, frozen_until),
    constraint schedule_freeze_ends_after_it_begins check (frozen_until > frozen_from)
);

alter table job
    drop constraint job_channel_is_known,
    add constraint job_channel_is_known check (channel in ('web', 'api', 'slack', 'system', 'schedule'));

-- Some acts concern no cluster alone.
alter table act alter column cluster_name drop not null;
