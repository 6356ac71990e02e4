-- The sums behind the rates, a row per group; amounts in 分. A project without a contract amount is
-- left out of the amounts on both sides (SPEC §4.2).
select g.value,
       count(*) as projects,
       count(*) filter (where performed) as performed,
       count(*) filter (where arrived_cny > 0) as arrived,
       count(*) filter (where arrived_cny >= contract_cny) as arrived_in_full,
       count(*) filter (where commenced) as commenced,
       count(*) filter (where producing) as producing,
       count(*) filter (where commenced or producing) as commenced_or_producing,
       count(*) filter (where registered) as landed,
       count(*) filter (where terminated) as terminated,
       count(*) filter (where contract_cny is null) as without_contract_amount,
       count(*) filter (where arrived_cny > contract_cny) as above_contract,
       coalesce(sum(contract_cny), 0)::bigint as contract_cny,
       coalesce(sum(contract_cny) filter (where performed), 0)::bigint as performed_cny,
       coalesce(sum(contract_cny) filter (where commenced), 0)::bigint as commenced_cny,
       coalesce(sum(counted_cny) filter (where contract_cny is not null), 0)::bigint as counted_cny,
       coalesce(sum(reported_cny) filter (where contract_cny is not null), 0)::bigint
           as reported_of_contract_cny,
       coalesce(sum(recognised_cny), 0)::bigint as recognised_cny,
       coalesce(sum(reported_cny), 0)::bigint as reported_cny,
       coalesce(sum(unrated), 0)::bigint as reported_without_rate
  from rate_project p
 cross join lateral (
    select case %(group_by)s::text
        when 'unit' then p.unit
        when 'tier' then p.tier
        when 'origin' then p.origin
        when 'signing_year' then extract(year from p.signed_on)::int::text
        when 'campaign' then coalesce(
            (select s.campaign from fact_signing s where s.key = p.signed_by limit 1), '—')
        end as value) g
 group by g.value
 order by g.value
