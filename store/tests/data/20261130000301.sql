update step set seen_at = now() where job_number = 1 and position = 1;
