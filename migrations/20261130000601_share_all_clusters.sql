-- A screen on a wall shows every cluster, and nobody signs in there: a share without a cluster is about all of them, also
-- about those that are declared later.
alter table share alter column cluster_name drop not null;

alter table share add constraint share_of_all_clusters_shows_nothing_else
    check (cluster_name is not null or (job_number is null and receipt_id is null));
