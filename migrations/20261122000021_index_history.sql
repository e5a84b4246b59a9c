-- What the past says of how long something takes is read with each page of a job: from the newest jobs of the same
-- cluster in the same size. Jobs without a size are a group of their own, and a null would find no index.
create index job_of_cluster_and_size on job (cluster_name, coalesce(size, ''), job_number desc);
create index job_of_routine on job (routine, job_number desc);
