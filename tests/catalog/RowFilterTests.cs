using Plinth.Catalog;
using Plinth.Catalog.Access;
using Plinth.Catalog.Contracts;

namespace Plinth.Tests.Catalog;

public sealed class RowFilterTests
{
    private static readonly DatasetContract Orders = new ContractLibrary(ContractLibrary.ShippedFolder).Datasets[new("hotline", "service_request")];

    [Theory]
    [InlineData("source = 'nyc-311'")]
    [InlineData("source IN ('nyc-311', 'boston-311') AND NOT closed_datetime IS NULL")]
    [InlineData("requested_datetime >= TIMESTAMPTZ '2025-01-01 00:00:00+00' AND year(requested_datetime) < 2026")]
    [InlineData("lower(category) LIKE '%dog%' OR description ~ '.*cat.*'")]
    [InlineData("bbox.xmin BETWEEN -74 AND -73 AND longitude + 1 < latitude * 2")]
    [InlineData("CASE WHEN zipcode IS NULL THEN true ELSE starts_with(zipcode, '11') END")]
    [InlineData("requested_datetime::date = DATE '2025-03-14' -- a day\n")]
    [InlineData("hash(service_request_id) % 10 = 0")]
    [InlineData("description = 'a; DROP TABLE t' OR description = '('")]
    public void A_condition_on_the_columns_is_accepted(string filter) => RowFilter.Fault(filter, Orders).Should().BeNull();

    [Theory]
    [InlineData("", "*empty*")]
    [InlineData("source = ", "*not SQL*")]
    [InlineData("source = 'a'; DROP TABLE t", "*not SQL*")]
    [InlineData("true); DROP TABLE t; SELECT (1", "*not SQL*")]
    [InlineData("true); SELECT (1", "*one condition*")]
    [InlineData("true) UNION ALL SELECT * FROM t WHERE (true", "*one condition*")]
    [InlineData("true) LIMIT (5", "*one condition*")]
    [InlineData("true) ORDER BY (1", "*one condition*")]
    [InlineData("true) GROUP BY ALL HAVING (true", "*one condition*")]
    [InlineData("true --", "*not SQL*")]
    [InlineData("source IN (SELECT source FROM t)", "*may not hold a subquery")]
    [InlineData("EXISTS (FROM read_csv('/etc/passwd'))", "*may not hold a subquery")]
    [InlineData("getenv('HOME') = ''", "*may not call getenv")]
    [InlineData("current_setting('threads') = '1'", "*may not call current_setting")]
    [InlineData("source = $1", "*one condition*")]
    [InlineData("COLUMNS(*) IS NULL", "*may not hold a star")]
    [InlineData("row_number() OVER () = 1", "*may not hold a window")]
    [InlineData("no_such_column = 1", "*does not fit the dataset*no_such_column*")]
    [InlineData("count(*) > 1", "*may not call count_star")]
    [InlineData("lower(case when true then nextval('s')::varchar end) = ''", "*may not call nextval")]
    public void Anything_else_is_refused_with_its_reason(string filter, string reason) => RowFilter.Fault(filter, Orders).Should().Match(reason);
}
