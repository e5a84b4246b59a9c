-- A debt is paid when the cloud shows nothing any more; where no cloud can be asked, on the CI's word alone.
alter table obligation
    -- A cluster that was found in the cloud, and adopted, was opened by no job.
    alter column opened_by_job drop not null,
    add column cloud           jsonb,
    add column due_since       timestamptz,
    add column alarms          integer not null default 0,
    add column verifying_since timestamptz,
    add column evidence        text,
    add constraint obligation_evidence_is_known check (evidence in ('ci', 'cloud', 'accepted'));

update obligation set evidence = 'ci' where state = 'settled';
update obligation set due_since = next_attempt_at where state in ('due', 'destroying');

-- What the cloud last showed of a cluster.
create table observation (
    cluster_name   text primary key references cluster,
    first_asked_at timestamptz not null default now(),
    asked_at       timestamptz not null,
    -- When it last answered with credentials that it knows.
    answered_at    timestamptz,
    resources      jsonb       not null default '[]',
    -- The ids of all that it ever showed: what a cluster leaves behind does not always carry its mark.
    known_ids      text[]      not null default '{}',
    clean_looks    integer     not null default 0,
    error          text
);

-- One row: when the account was last looked at. Replicas take turns by it.
create table account_look (
    is_only  boolean primary key default true check (is_only),
    asked_at timestamptz not null default '-infinity'
);

insert into account_look default values;

-- What a destroyed cluster left behind and a named person took over.
create table accepted_leftover (
    cluster_name text        not null references cluster,
    kind         text        not null,
    resource_id  text        not null,
    name         text        not null,
    accepted_by  text        not null,
    because      text        not null,
    accepted_at  timestamptz not null default now(),

    primary key (cluster_name, kind, resource_id),
    constraint accepted_leftover_kind_is_known check (kind in ('cluster', 'machine', 'load_balancer', 'volume'))
);

-- Clusters of the account that no config knows: nobody here can destroy them, but somebody pays for them.
create table stranger (
    resource_id text primary key,
    resource    jsonb       not null,
    seen_at     timestamptz not null
);

alter table cluster
    -- Why the state of a cluster is not to be believed: silence or disagreement.
    add column doubt         jsonb,
    -- The version of the last change that a press is decided on. What the cloud shows changes a page, but no decision.
    add column press_version bigint not null default 0;

-- An alarm concerns a cluster, not always a job.
alter table announcement alter column job_number drop not null;
