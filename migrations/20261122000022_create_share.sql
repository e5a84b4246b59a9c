-- Links that let anyone read one thing until they end. Only the hash of the token is kept: a copy of this table opens
-- nothing, and nobody can be told a link a second time.
create table share (
    share_id       bigint generated always as identity primary key,
    token_hash     bytea       not null,
    label          text        not null,
    -- The cluster that it is about; with a job or a receipt, it shows only that.
    cluster_name   text        not null references cluster,
    job_number     bigint references job,
    receipt_id     bigint references receipt,
    detail         text        not null,
    shows_cost     boolean     not null,
    shows_names    boolean     not null,
    created_by     text        not null,
    created_at     timestamptz not null default now(),
    expires_at     timestamptz not null,
    revoked_at     timestamptz,
    revoked_by     text,
    -- Browsers only: a bot that makes a preview changes nothing.
    last_opened_at timestamptz,
    opens          bigint      not null default 0,

    constraint share_token_is_unique unique (token_hash),
    constraint share_detail_is_known check (detail in ('summary', 'steps', 'steps_and_log')),
    constraint share_shows_one_thing check (job_number is null or receipt_id is null),
    constraint share_ends_after_it_begins check (expires_at > created_at),
    constraint share_is_revoked_by_somebody check ((revoked_at is null) = (revoked_by is null))
);

create index share_of_cluster on share (cluster_name, share_id desc);
