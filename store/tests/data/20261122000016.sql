insert into receipt (obligation_id, cluster_name, opened_at, started_by, up_times, cost, jobs, evidence, leftovers)
select obligation_id, cluster_name, opened_at, '{"name": "operator", "channel": "web"}', '[]', 0.11,
       '[{"number": 1, "title": "up (m)", "by": {"name": "operator", "channel": "web"}, "state": "succeeded"}]', 'ci', '[]'
  from obligation where state = 'settled';
update up_time set receipt_id = (select max(receipt_id) from receipt) where size = 's';
