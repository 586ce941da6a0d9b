namespace Plinth.Modules;

/// <summary>A city module: what it does with a finding that is for it. The drone, traffic and service modules are the three there are.</summary>
public interface IModule
{
    /// <summary>service, drone or traffic.</summary>
    string Name { get; }

    /// <summary>What the module is for, in a line.</summary>
    string Title { get; }

    /// <summary>The proposal for a finding, or null where the module has nothing to do about it.</summary>
    (string Action, string? Value, string? Details)? Propose(Finding finding);
}

/// <summary>The modules there are.</summary>
public static class CityModules
{
    /// <summary>Service, drone, traffic.</summary>
    public static IReadOnlyList<IModule> All { get; } = [new Service.ServiceModule(), new Drone.DroneModule(), new Traffic.TrafficModule()];

    /// <summary>A module by its name, or null.</summary>
    public static IModule? Find(string name) => All.FirstOrDefault(m => m.Name == name);
}
