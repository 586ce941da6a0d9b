using System.Globalization;
using Plinth.Lakehouse.Benchmarks;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
return args switch
{
    ["open-once", var folder] => await OpenTable.OnceAsync(folder),
    [] => await Report.AllAsync(),
    _ => await Report.SomeAsync(args),
};
