global using Plinth.Lakehouse.Engine;
