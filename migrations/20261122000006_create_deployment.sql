-- What is deployed on a cluster. The rows of a cluster go when it goes.
create table deployment (
    cluster_name text        not null references cluster,
    service      text        not null,
    deployed_at  timestamptz not null,
    job_number   bigint      not null references job,

    primary key (cluster_name, service)
);
