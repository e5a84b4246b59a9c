insert into price (machine, hourly, monthly, seen_at) values ('s-2vcpu-4gb', 0.03571, 24.00, now());
insert into up_time (cluster_name, size, machine, nodes, hourly, monthly, price_source, prices_of, job_number, began_at, ended_at)
values ('iriversland2', 's', 's-1vcpu-3gb', 1, 0.02232, 15.00, 'config', '2026-11-20', 1, now() - interval '2 hours', now() - interval '1 hour'),
       ('iriversland2', 'm', 's-2vcpu-4gb', 1, 0.03571, 24.00, 'digitalocean', '2026-11-22', 1, now() - interval '1 hour', null);
