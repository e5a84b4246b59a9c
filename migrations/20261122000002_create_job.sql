-- A job is its own queue entry: no broker, no second table that could disagree.
create table job (
    job_number          bigint generated always as identity primary key,
    routine             text        not null,
    cluster_name        text        not null references cluster,
    size                text,
    service             text,
    state               text        not null default 'queued',
    actor_name          text        not null,
    channel             text        not null,
    created_at          timestamptz not null default now(),
    started_at          timestamptz,
    finished_at         timestamptz,
    cancel_requested_at timestamptz,
    outcome             text,

    -- What the job needs from the config of the day on which it was accepted.
    teardown            jsonb       not null,
    lifetime_minutes    integer     not null,

    -- One press, one job: the key comes with the form or the request.
    idempotency_key     text,

    -- The claim. Each claim raises the fence; a write that carries an older fence changes nothing.
    fence               bigint      not null default 0,
    claimed_by          uuid,
    claimed_until       timestamptz,
    next_check_at       timestamptz not null default now(),

    version             bigint      not null default nextval('change_version'),

    constraint job_idempotency_key_is_unique unique (idempotency_key),
    constraint job_state_is_known check (state in ('queued', 'running', 'waiting', 'succeeded', 'failed', 'cancelled')),
    constraint job_channel_is_known check (channel in ('web', 'api', 'slack', 'system')),
    constraint job_size_is_known check (size in ('s', 'm', 'l')),
    constraint job_has_ended_when_it_is_over
        check ((finished_at is not null) = (state in ('succeeded', 'failed', 'cancelled')))
);

-- The queue: small, however long the history becomes.
create index job_unfinished on job (next_check_at) where state in ('queued', 'running', 'waiting');
create index job_unfinished_on_cluster on job (cluster_name, job_number) where state in ('queued', 'running', 'waiting');
create index job_of_cluster on job (cluster_name, job_number desc);
create index job_version on job (version);
