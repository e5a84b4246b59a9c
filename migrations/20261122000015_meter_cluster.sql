-- The cloud's own list of prices. A list that cannot be had leaves the last one here, with its age.
create table price (
    machine text primary key,
    hourly  numeric     not null check (hourly >= 0),
    monthly numeric     not null check (monthly >= 0),
    seen_at timestamptz not null
);

-- One row: when the list was last asked for. Replicas take turns by it.
create table price_look (
    is_only  boolean primary key default true check (is_only),
    asked_at timestamptz not null default '-infinity'
);

insert into price_look default values;

-- What a job brings up and its price by the config of the day on which it was accepted; null where it brings nothing up.
alter table job add column offer jsonb;

-- When a cluster cost money, at which price. Written in the transaction that changes the cluster: it begins before the
-- first call that may create something, and ends when the CI says destroyed.
create table up_time (
    up_time_id   bigint generated always as identity primary key,
    cluster_name text        not null references cluster,
    size         text        not null,
    machine      text        not null,
    nodes        integer     not null,
    -- US dollars for all nodes.
    hourly       numeric     not null,
    monthly      numeric     not null,
    price_source text        not null,
    -- The day of the price list; the config need not say.
    prices_of    date,
    -- Null where a cluster was adopted.
    job_number   bigint references job,
    began_at     timestamptz not null,
    ended_at     timestamptz,

    constraint up_time_size_is_known check (size in ('s', 'm', 'l')),
    constraint up_time_price_source_is_known check (price_source in ('digitalocean', 'config')),
    constraint up_time_ends_after_it_began check (ended_at >= began_at)
);

create unique index up_time_one_goes_on_per_cluster on up_time (cluster_name) where ended_at is null;
create index up_time_of_cluster on up_time (cluster_name, began_at);
-- For the sum of a month: what goes on, and what ended in it.
create index up_time_by_end on up_time (ended_at);
