package dbtest

import ("testing";"os/exec";"fmt";"os")

func TestMain(m *testing.M) { Main(m) }
func TestZZ(t *testing.T) {
	s := Get(t)
	script, _ := os.ReadFile("/tmp/d1exp/x.sh")
	c := exec.Command("bash", "-c", string(script))
	c.Env = append(os.Environ(), "S="+s.Socket, fmt.Sprint("P=", s.Port))
	out, err := c.CombinedOutput()
	fmt.Println(string(out), err)
}
