-- A job's plan and how far it is. The plan is copied here when the job is accepted: a changed config never strands it.
create table step (
    job_number     bigint  not null references job,
    -- 1-based; forward steps first, then the finally steps.
    position       integer not null,
    phase          text    not null,
    title          text    not null,
    action         jsonb   not null,
    state          text    not null default 'queued',
    -- Percent done, 0 to 100, where the far end counts.
    progress       double precision,
    message        text,
    started_at     timestamptz,
    finished_at    timestamptz,
    cancel_sent_at timestamptz,
    failed_looks   integer     not null default 0,
    next_check_at  timestamptz not null default now(),

    primary key (job_number, position),
    constraint step_phase_is_known check (phase in ('forward', 'finally')),
    constraint step_state_is_known check
        (state in ('queued', 'running', 'waiting', 'succeeded', 'failed', 'cancelled', 'timed_out', 'skipped'))
);

-- The record of starting a CI run. It is committed before the call leaves, so that a crash in between is seen
-- afterwards: "intended" found by a later claim means "perhaps sent", and the run is looked for before it is sent again.
create table trigger (
    -- Travels with the call where the provider lets it.
    marker      uuid primary key,
    job_number  bigint      not null,
    position    integer     not null,
    state       text        not null,
    intended_at timestamptz not null,
    sent_at     timestamptz not null,
    tries       integer     not null,
    looks       integer     not null,
    -- Where the run is found again, once the provider has named it.
    run         jsonb,

    foreign key (job_number, position) references step,
    constraint trigger_state_is_known check (state in ('intended', 'accepted', 'unsent', 'unknown', 'rejected')),
    constraint trigger_accepted_names_its_run check (state <> 'accepted' or run is not null)
);

create unique index trigger_one_per_step on trigger (job_number, position);
-- A run belongs to one trigger: what is found when an answer was lost may not be somebody else's.
create unique index trigger_run_is_adopted_once on trigger ((run ->> 'provider'), (run ->> 'id')) where run is not null;
