namespace Plinth.Twin;

/// <summary>Nodes and weights of Gauss-Legendre rules on [-1, 1].</summary>
internal sealed class Quadrature
{
    private static readonly Quadrature s_short = new(4);
    private static readonly Quadrature s_medium = new(8);
    private static readonly Quadrature s_long = new(16);

    private Quadrature(int count)
    {
        (Nodes, Weights) = (new double[count], new double[count]);
        for (var i = 0; i < count; i++)
        {
            // Newton's method on the Legendre polynomial of that degree.
            var x = Math.Cos(Math.PI * (i + 0.75) / (count + 0.5));
            var slope = 0.0;
            for (var step = 0; step < 10; step++)
            {
                double previous = 1, value = x;
                for (var n = 2; n <= count; n++)
                    (previous, value) = (value, ((((2 * n) - 1) * x * value) - ((n - 1) * previous)) / n);
                slope = count * ((x * value) - previous) / ((x * x) - 1);
                x -= value / slope;
            }
            Nodes[i] = x;
            Weights[i] = 2 / ((1 - (x * x)) * slope * slope);
        }
    }

    public double[] Nodes { get; }

    public double[] Weights { get; }

    /// <summary>The smallest rule that integrates 1 + k² sin²σ and its root, with the Earth's k², to 1e-17 over <paramref name="length"/> radians, at most π.</summary>
    public static Quadrature For(double length) => length <= 0.1 ? s_short : length <= 1 ? s_medium : s_long;
}
