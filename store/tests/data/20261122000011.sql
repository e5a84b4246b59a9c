update obligation set cloud = '{"name": "iriversland2", "tag": null}' where state = 'open';
insert into observation (cluster_name, asked_at, answered_at, resources)
values ('iriversland2', now(), now(), '[{"kind": "volume", "id": "v", "name": "pvc-1", "created_at": null, "daily": "0.0033", "machine": null}]');
insert into accepted_leftover (cluster_name, kind, resource_id, name, accepted_by, because)
values ('iriversland2', 'volume', 'v', 'pvc-1', 'operator', 'kept for a while');
insert into stranger (resource_id, resource, seen_at)
values ('c', '{"kind": "cluster", "id": "c", "name": "other", "created_at": null, "daily": null, "machine": null}', now());
update cluster set doubt = '{"kind": "silence", "who": "DigitalOcean", "since": "2026-11-22T10:00:00Z"}'
 where cluster_name = 'staging';
insert into announcement (text) values ('An alarm.');
