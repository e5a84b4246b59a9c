-- What people may wish of a job, with the name on it; pages write these columns, the engine heeds them.
alter table job
    add column cancelled_by_name    text,
    add column cancelled_by_channel text,
    -- Leave the cluster up that the job would have destroyed, until then.
    add column abandoned_at         timestamptz,
    add column abandoned_by_name    text,
    add column abandoned_by_channel text,
    add column leave_up_until       timestamptz,
    add column time_limit_minutes   integer,
    -- The job whose remaining steps this one takes.
    add column resumes              bigint references job,
    -- Whether it was started to pay the debt of its cluster. Such a job goes before those that only wait.
    add column pays_obligation      boolean not null default false,
    -- By what the cluster is recognised in the cloud, as the config of that day said.
    add column cloud                jsonb,
    -- How often in a row a claim was found that its worker had not given back.
    add column recoveries           integer not null default 0,
    -- Somebody wished something while a worker had the job: look again at once when it is given back.
    add column is_nudged            boolean not null default false,
    add constraint job_is_abandoned_by_somebody_until_some_time check
        ((abandoned_at is null) = (abandoned_by_name is null) and (abandoned_at is null) = (leave_up_until is null));

-- Who did what, and why. Rows are only ever added.
create table act (
    act_id       bigint generated always as identity primary key,
    at           timestamptz not null default now(),
    actor_name   text        not null,
    channel      text        not null,
    what         text        not null,
    cluster_name text        not null references cluster,
    job_number   bigint      references job,
    because      text
);

create index act_of_cluster on act (cluster_name, act_id desc);
