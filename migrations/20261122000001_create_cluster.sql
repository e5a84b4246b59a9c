-- Every change that a page may show draws its version from this one sequence. Versions are thereby comparable
-- over all rows, and a browser that says which one it saw last can be told what it missed.
create sequence change_version;

-- A cluster as the service knows it. What it offers (stacks, sizes, prices) stands in the config; a row outlives
-- its config entry, so that nothing that may cost money is forgotten.
create table cluster (
    cluster_name text primary key,
    state        text        not null default 'down',
    size         text,
    -- Since when it has been in this state.
    since        timestamptz not null default now(),
    failure      text,
    version      bigint      not null default nextval('change_version'),

    constraint cluster_state_is_known check (state in ('down', 'provisioning', 'up', 'destroying', 'failed', 'unknown')),
    constraint cluster_size_is_known check (size in ('s', 'm', 'l'))
);

create index cluster_version on cluster (version);
