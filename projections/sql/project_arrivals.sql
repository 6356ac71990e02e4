-- Arrivals as reported, with the recognition that counts and what was refused; of some projects or of
-- all, in the order of their reports.
select a.key, a.arrival_id, a.project_id, a.minor, a.currency, a.cny, a.received_on, a.origin, a.form,
       a.is_cash_fx, a.purpose,
       r.key as recognised_by, r.minor as recognised_minor, r.cny as recognised_cny, r.authority,
       r.recognised_on,
       coalesce(a.cny, round(a.minor * r.rate_e9::numeric * 0.000000001)::bigint) as reported_cny,
       f.refused_minor, f.grounds, coalesce(f.refused_by, '{}') as refused_by
  from fund_arrival_at(%(known_at)s, %(cutoff)s) a
  left join lateral (
    select r.key, r.minor, r.cny, r.rate_e9, r.authority, r.occurred_on as recognised_on
      from fund_recognition_at(%(known_at)s, %(cutoff)s) r
     where r.arrival_id = a.arrival_id and r.key > a.key
     order by r.authority_rank desc, r.occurred_on desc, r.key desc limit 1) r on true
  left join lateral (
    select sum(f.minor)::bigint as refused_minor,
           string_agg(distinct f.ground, '、' order by f.ground) as grounds,
           array_agg(f.key order by f.key) as refused_by
      from fund_refusal_at(%(known_at)s, %(cutoff)s) f
     where f.arrival_id = a.arrival_id and f.key > a.key) f on true
 where a.received_on <= %(cutoff)s
   and (%(projects)s::text[] is null or a.project_id = any (%(projects)s))
   and (%(after)s::bigint is null or a.key > %(after)s)
 order by a.key
 limit %(limit)s
