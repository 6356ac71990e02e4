-- Each signing with its terms in force: what the latest supplement to name a term says of it, amounts in
-- the currency they were agreed in and in 分, at the rate of the day of signing unless a supplement gives
-- another. What was said of a signing that was revoked is not said of one recorded anew under its id.
with supplement as (
    select s.key,
           array_agg(a.key order by a.key) as keys,
           (array_agg(a.funds_minor order by a.occurred_on desc, a.key desc)
               filter (where a.funds_minor is not null))[1] as funds_minor,
           (array_agg(a.funds_currency order by a.occurred_on desc, a.key desc)
               filter (where a.funds_minor is not null))[1] as funds_currency,
           (array_agg(a.total_minor order by a.occurred_on desc, a.key desc)
               filter (where a.total_minor is not null))[1] as total_minor,
           (array_agg(a.total_currency order by a.occurred_on desc, a.key desc)
               filter (where a.total_minor is not null))[1] as total_currency,
           (array_agg(a.fixed_minor order by a.occurred_on desc, a.key desc)
               filter (where a.fixed_minor is not null))[1] as fixed_minor,
           (array_agg(a.fixed_currency order by a.occurred_on desc, a.key desc)
               filter (where a.fixed_minor is not null))[1] as fixed_currency,
           (array_agg(a.rate_e9 order by a.occurred_on desc, a.key desc)
               filter (where a.rate_e9 is not null))[1] as rate_e9,
           (array_agg(a.rate_currency order by a.occurred_on desc, a.key desc)
               filter (where a.rate_e9 is not null))[1] as rate_currency,
           (array_agg(a.planned_start order by a.occurred_on desc, a.key desc)
               filter (where a.planned_start is not null))[1] as planned_start,
           (array_agg(a.planned_production order by a.occurred_on desc, a.key desc)
               filter (where a.planned_production is not null))[1] as planned_production
      from signing_amendment_at(%(known_at)s, %(cutoff)s) a
      join signing_at(%(known_at)s, %(cutoff)s) s on s.signing_id = a.signing_id and s.key < a.key
     where (%(projects)s::text[] is null or s.project_id = any (%(projects)s))
     group by s.key
), term as (
    select s.key, s.signing_id, s.project_id, s.level, s.signed_on, s.campaign, s.by_person, s.by_unit,
           s.ceremony_event, s.activity_level, u.keys as amended_by,
           coalesce(u.funds_minor, s.funds_minor) as funds_minor,
           coalesce(u.funds_currency, s.funds_currency) as funds_currency,
           coalesce(u.total_minor, s.total_minor) as total_minor,
           coalesce(u.total_currency, s.total_currency) as total_currency,
           coalesce(u.fixed_minor, s.fixed_minor) as fixed_minor,
           coalesce(u.fixed_currency, s.fixed_currency) as fixed_currency,
           coalesce(u.rate_e9, s.rate_e9) as rate_e9,
           coalesce(u.rate_currency, s.rate_currency) as rate_currency,
           coalesce(u.planned_start, s.planned_start) as planned_start,
           coalesce(u.planned_production, s.planned_production) as planned_production
      from signing_at(%(known_at)s, %(cutoff)s) s
      left join supplement u on u.key = s.key
)
select t.*,
       case when funds_currency = 'CNY' then funds_minor
            when funds_currency = rate_currency
                then round(funds_minor * rate_e9::numeric * 0.000000001)::bigint end as funds_cny,
       case when total_currency = 'CNY' then total_minor
            when total_currency = rate_currency
                then round(total_minor * rate_e9::numeric * 0.000000001)::bigint end as total_cny,
       case when fixed_currency = 'CNY' then fixed_minor
            when fixed_currency = rate_currency
                then round(fixed_minor * rate_e9::numeric * 0.000000001)::bigint end as fixed_cny
  from term t
