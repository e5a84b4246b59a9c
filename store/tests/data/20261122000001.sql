insert into cluster (cluster_name) values ('staging');
insert into cluster (cluster_name, state, size) values ('iriversland2', 'up', 'm');
