-- What a CI told us by webhook: a hint to look now at one of its runs. What is true, the CI is asked itself; so a hint that
-- is lost costs time and one too many costs a look.
create table delivery (
    provider    text        not null,
    -- By the CI; what is sent again has the same.
    delivery_id text        not null,
    run_id      text        not null,
    received_at timestamptz not null default now(),
    -- When the run was looked at because of it.
    heeded_at   timestamptz,

    primary key (provider, delivery_id)
);

create index delivery_to_heed on delivery (provider, run_id) where heeded_at is null;
create index delivery_received on delivery (received_at);
