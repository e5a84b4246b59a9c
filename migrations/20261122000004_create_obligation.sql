-- The debt to destroy a cluster. It is committed in the transaction that precedes the first call which may create
-- something, and leaves its open states only by a destroy that succeeded or by a named person.
create table obligation (
    obligation_id   bigint generated always as identity primary key,
    -- Deliberately no foreign key to a config entry: the debt outlives it.
    cluster_name    text        not null references cluster,
    state           text        not null,
    opened_at       timestamptz not null,
    opened_by_job   bigint      not null references job,
    destroys_at     timestamptz not null,
    -- How to destroy, as the config of that day said.
    teardown        jsonb       not null,
    failed_attempts integer     not null default 0,
    last_error      text,
    next_attempt_at timestamptz not null,
    settled_at      timestamptz,
    settled_by_job  bigint references job,
    closed_by       text,
    closed_because  text,

    constraint obligation_state_is_known
        check (state in ('open', 'due', 'destroying', 'verifying', 'settled', 'closed')),
    constraint obligation_is_settled_with_a_time check ((state = 'settled') = (settled_at is not null)),
    constraint obligation_is_closed_by_somebody_for_a_reason
        check ((state = 'closed') = (closed_by is not null and closed_because is not null))
);

create unique index obligation_one_unsettled_per_cluster on obligation (cluster_name)
    where state not in ('settled', 'closed');
