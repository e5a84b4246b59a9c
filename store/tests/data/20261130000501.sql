update price_look set failing_since = now() - interval '10 min', last_error = 'DigitalOcean answered 500';
