-- What remains of a debt when it is settled or closed: written in that transaction, once, and never changed. It carries
-- copies, so that it says the same whatever happens to the rows that it was made from.
create table receipt (
    receipt_id     bigint generated always as identity primary key,
    obligation_id  bigint      not null references obligation,
    cluster_name   text        not null references cluster,
    opened_at      timestamptz not null,
    made_at        timestamptz not null default now(),
    -- Who brought the cluster up, or adopted it.
    started_by     jsonb,
    up_times       jsonb       not null,
    -- US dollars: an estimate, to the cent.
    cost           numeric     not null,
    jobs           jsonb       not null,
    -- On whose word it is gone; null where a person took the debt over.
    evidence       text,
    closed_by      text,
    closed_because text,
    leftovers      jsonb       not null,

    constraint receipt_is_the_only_one_of_its_debt unique (obligation_id),
    constraint receipt_evidence_is_known check (evidence in ('ci', 'cloud', 'accepted'))
);

create index receipt_of_cluster on receipt (cluster_name, receipt_id desc);

create function refuse_to_change_a_receipt() returns trigger language plpgsql as $$
begin
    raise exception 'a receipt is never changed';
end
$$;

create trigger receipt_is_never_changed before update or delete or truncate on receipt
    for each statement execute function refuse_to_change_a_receipt();

-- Each up-time stands on one receipt.
alter table up_time add column receipt_id bigint references receipt;

create index up_time_without_receipt on up_time (cluster_name) where receipt_id is null;
