-- Who is signed in. Only the hash of the token is kept: a copy of this table opens nothing.
create table session (
    token_hash   bytea primary key,
    name         text        not null,
    created_at   timestamptz not null default now(),
    last_seen_at timestamptz not null default now(),
    -- The end, however busy the session is.
    expires_at   timestamptz not null
);
